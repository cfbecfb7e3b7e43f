"""The page while a run trains, in a real browser: latency, throughput, bytes, many runs."""
