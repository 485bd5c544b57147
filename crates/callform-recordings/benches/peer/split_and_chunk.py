"""Splits a recording into its channels and cuts them at silences, with pydub. Arguments: a WAV file, and a folder.

The same work as the benchmark's, without its figures of quality. Prints seconds and the peak of memory in bytes.
"""

import json
import os
import resource
import sys
import time

from pydub import AudioSegment
from pydub.silence import detect_nonsilent

source, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
start = time.perf_counter()
pause = AudioSegment.silent(duration=500, frame_rate=8000)
chunks = 0
for name, channel in zip(("customer", "agent"), AudioSegment.from_wav(source).split_to_mono()):
    channel.export(os.path.join(folder, f"{name}.wav"), format="wav").close()
    for begin, end in detect_nonsilent(channel, min_silence_len=2000, silence_thresh=-60):
        padded = pause + channel[begin:end] + pause
        padded.export(os.path.join(folder, f"{name}-{chunks}.wav"), format="wav").close()
        chunks += 1
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"seconds": seconds, "peak": peak, "chunks": chunks}))
