@echo off
rem Joins a chat room in a window of its own. Start it with a double click, or with the options of join.
"%~dp0brusio.cmd" --window join %*
