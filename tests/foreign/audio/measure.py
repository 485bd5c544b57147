"""Files as soundfile and pyloudnorm see them. Arguments: WAV files. Prints a JSON list, an object a file."""

import json
import math
import sys

import pyloudnorm
import soundfile


def finite(number):
    return number if math.isfinite(number) else None


def measured(path):
    info = soundfile.info(path)
    samples, rate = soundfile.read(path, always_2d=True)
    meter = pyloudnorm.Meter(rate)
    return {
        "frames": len(samples),
        "rate": rate,
        "coding": info.subtype,
        "loudness": finite(meter.integrated_loudness(samples)),
        "channels": [
            {
                "loudness": finite(meter.integrated_loudness(channel)),
                "peak": float(abs(channel).max()),
                "mean": float(channel.mean()),
                "rms": float((channel**2).mean() ** 0.5),
            }
            for channel in samples.T
        ],
    }


json.dump([measured(path) for path in sys.argv[1:]], sys.stdout)
