@echo off
rem Opens a chat room in a window of its own. Start it with a double click, or with the options of serve.
"%~dp0brusio.cmd" --window serve %*
