"""What pydub makes of a recording: its channels, and the parts between silences of 2 s below -60 dBFS, in milliseconds.

Argument: a WAV file of two channels. Prints a JSON list, an object a channel.
"""

import json
import sys

from pydub import AudioSegment
from pydub.silence import detect_nonsilent

channels = AudioSegment.from_wav(sys.argv[1]).split_to_mono()
json.dump(
    [
        {
            "frames": int(channel.frame_count()),
            "rate": channel.frame_rate,
            "chunks": detect_nonsilent(channel, min_silence_len=2000, silence_thresh=-60),
        }
        for channel in channels
    ],
    sys.stdout,
)
