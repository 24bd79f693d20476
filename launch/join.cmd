@echo off
rem Joins a chat room. Start it with a double click, or with the options of join.
"%~dp0brusio.cmd" join %*
