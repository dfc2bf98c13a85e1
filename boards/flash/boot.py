# boot.py -- runs at every start, before main.py
