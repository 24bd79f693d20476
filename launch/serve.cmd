@echo off
rem Opens a chat room. Start it with a double click, or with the options of serve.
"%~dp0brusio.cmd" serve %*
