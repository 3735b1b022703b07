"""The benchmarks behind every figure that the README claims; `python -m bench` prints them as a table."""
