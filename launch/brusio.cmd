@echo off
rem Behind all launchers of Windows: finds Node.js, builds on the first start, runs the
rem program, and keeps the console open after an error. With --window, as brusio-serve
rem and brusio-join have it, all but the first of these is done behind a hidden console.
setlocal
set "found=none"
set "version=0"
rem pushd, unlike cd, also goes to a folder of another machine.
pushd "%~dp0.."
if not exist package.json goto failed

for /f "delims=" %%v in ('node --version 2^>nul') do set "found=%%v"
for /f "tokens=1,2 delims=v." %%a in ("%found%") do set /a "version=%%a * 1000 + %%b" 2>nul
if %version% lss 20019 goto nonode

if "%~1"=="--window" goto window
if exist dist\cli.js goto run
where npm >nul 2>nul
if not %errorlevel%==0 goto nonpm
echo The first start installs and builds brusio (npm ci), which may take some minutes.
call npm ci --include=dev
if not %errorlevel%==0 goto failed

:run
node dist\cli.js %*
if not %errorlevel%==0 goto failed
popd
exit /b 0

:window
node "%~dp0start.mjs" --detach %*
if not %errorlevel%==0 goto failed
popd
exit /b 0

:nonode
echo brusio needs Node.js 20.19 or later. Found: %found%.
echo Get it from https://nodejs.org (the version called LTS), then start this again.
goto failed

:nonpm
echo brusio has to be built first, and npm is missing: it comes with Node.js from https://nodejs.org.

:failed
echo.
echo It ended with an error.
pause
popd
exit /b 1
