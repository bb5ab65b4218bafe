"""Compiled mechanisms and the tick loop: numbers in, numbers out; no files, no clock, no pandas."""
