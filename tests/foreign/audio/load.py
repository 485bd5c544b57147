"""A data set as those load it who train on it. Arguments: the folder, and a folder for caches. Prints one JSON object."""

import glob
import hashlib
import io
import json
import os
import sys
import types

folder, caches = sys.argv[1:]
os.environ["HF_HOME"] = caches
os.environ["HF_HUB_OFFLINE"] = "1"

import datasets  # noqa: E402  (after the variables it reads)
import soundfile  # noqa: E402
import webdataset  # noqa: E402

datasets.disable_progress_bars()



class Empty(types.ModuleType):
    """A module in which every name is a class of which there is no instance."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


# `audiofolder` imports torch and torchcodec before it looks at a file, and uses neither for files that are there: clips are
# opened with soundfile below.
for name in ("torch", "torchcodec", "torchcodec.encoders"):
    sys.modules[name] = Empty(name)
sys.modules["torch"].nn = Empty("torch.nn")


def digest(bytes):
    return hashlib.sha256(bytes).hexdigest()


def clip(path):
    with open(path, "rb") as file:
        bytes = file.read()
    samples, rate = soundfile.read(io.BytesIO(bytes))
    return {"sha256": digest(bytes), "frames": len(samples), "rate": rate}


def types_of(split):
    return {name: str(kind.dtype) for name, kind in split.features.items() if name != "audio"}


def as_rows():
    """What `load_dataset(FOLDER)` gives: rows with paths."""
    found = datasets.load_dataset(folder)
    return {
        name: {
            "types": types_of(split),
            "rows": [{**row, "clip": clip(os.path.join(folder, row["file_name"]))} for row in split],
        }
        for name, split in found.items()
    }


def as_audio():
    """What `load_dataset("audiofolder", …)` gives: rows with sound."""
    found = datasets.load_dataset("audiofolder", data_dir=os.path.join(folder, "audio"))
    found = found.cast_column("audio", datasets.Audio(decode=False))
    return {
        name: {
            "types": types_of(split),
            "rows": [{**row, "audio": None, "clip": clip(row["audio"]["path"])} for row in split],
        }
        for name, split in found.items()
    }


def as_shards():
    """What webdataset gives: samples."""
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "shards", "*.tar"))):
        split = os.path.basename(path).split("-")[0]
        for sample in webdataset.WebDataset(path, shardshuffle=False):
            row = json.loads(sample["json"])
            samples, rate = soundfile.read(io.BytesIO(sample["wav"]))
            row["clip"] = {"sha256": digest(sample["wav"]), "frames": len(samples), "rate": rate}
            found.setdefault(split, []).append({"key": sample["__key__"], **row})
    return found


json.dump({"rows": as_rows(), "audio": as_audio(), "shards": as_shards()}, sys.stdout)
