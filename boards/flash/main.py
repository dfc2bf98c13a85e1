# main.py -- your program: runs after boot.py
