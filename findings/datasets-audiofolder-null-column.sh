#!/usr/bin/env bash
# An audio folder that Hugging Face's datasets takes is refused as soon as one split has no transcript yet, or a single date.
#
# `audiofolder` of datasets 5.2.0 guesses the types of each split's `metadata.jsonl` from its values alone. Where a column is null
# in a whole split its type there is `null`, and where all its texts look like dates, be it the single row of a small split, it is a
# time; elsewhere it is `string`, and all splits are refused together. The `json` loader takes the same rows as texts. Where the
# texts of all splits look like dates both make times of them: `2026-11-30` comes back as midnight.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/seen.py" <<'PYTHON'
import json
import os
import sys
import wave

folder = sys.argv[1]
os.environ["HF_HOME"] = os.path.join(folder, "caches")
os.environ["HF_HUB_OFFLINE"] = "1"

import datasets

datasets.disable_progress_bars()


def loaded(case, loader, transcripts):
    here = os.path.join(folder, case, "audio")
    files = {}
    for split, transcript in transcripts.items():
        os.makedirs(os.path.join(here, split), exist_ok=True)
        with wave.open(os.path.join(here, split, "a.wav"), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(bytes(16000))
        files[split] = os.path.join(here, split, "metadata.jsonl")
        with open(files[split], "w") as rows:
            rows.write(json.dumps({"file_name": "a.wav", "transcript": transcript}) + "\n")
    try:
        if loader == "json":
            found = datasets.load_dataset("json", data_files=files)
            return {split: rows.features["transcript"].dtype for split, rows in found.items()}
        # The builder alone: it guesses the types, and looks at no sound.
        found = datasets.load_dataset_builder("audiofolder", data_dir=here)
        found._split_generators(datasets.DownloadManager())
        return found.info.features["transcript"].dtype
    except ValueError as error:
        return type(error).__name__ + (": different features" if "different features" in str(error) else "")


for loader in ("audiofolder", "json"):
    print(loader, "null   ", loaded(f"{loader}-null", loader, {"train": "yes", "test": None}))
    print(loader, "empty  ", loaded(f"{loader}-empty", loader, {"train": "yes", "test": ""}))
    print(loader, "a date ", loaded(f"{loader}-date", loader, {"train": "yes", "test": "2026-11-30"}))
    print(loader, "dates  ", loaded(f"{loader}-dates", loader, {"train": "2026-11-30", "test": "2026-12-01"}))
PYTHON

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'datasets==5.2.0'
"$folder/venv/bin/python" "$folder/seen.py" "$folder" 2> /dev/null | tee "$folder/output"

diff "$folder/output" - <<'EXPECTED'
audiofolder null    ValueError: different features
audiofolder empty   string
audiofolder a date  ValueError: different features
audiofolder dates   timestamp[s]
json null    {'train': 'string', 'test': 'string'}
json empty   {'train': 'string', 'test': 'string'}
json a date  {'train': 'string', 'test': 'string'}
json dates   {'train': 'timestamp[s]', 'test': 'timestamp[s]'}
EXPECTED
