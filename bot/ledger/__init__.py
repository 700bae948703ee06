"""The 台账: SQLite through sqlite-utils. SQL stays inside this folder, one file a subject."""
