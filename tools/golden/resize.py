"""Makes data/testdata/resize.json: Pillow's antialiased bilinear resize.

Made with Python 3.11.7 and Pillow 13.0.0. Pillow resizes rows first and columns
then; 13.0 was the first to do columns first where they shrink by more than twice
as many pixels as rows (its pull request 9549; the rule was found by trying 5,800
sizes), which moves single values by one level.

    python3 tools/golden/resize.py

The input of each case is noise from the formula in noise(), which the Go test
repeats; the output is stored as base64 of the RGB bytes.
"""

import base64
import json
import pathlib

from PIL import Image

# input width and height, output width and height
CASES = [
    (64, 64, 32, 32),  # a whole factor down
    (97, 61, 32, 32),  # odd sizes, another factor on each axis
    (200, 150, 24, 24),
    (37, 23, 36, 22),  # nearly the same size
    (13, 7, 32, 29),  # up
    (5, 40, 16, 9),  # up on one axis, down on the other: columns first
    (40, 5, 9, 16),
    (33, 50, 30, 32),  # columns first
    (30, 47, 18, 23),  # just not columns first: 24 pixels to 12
    (33, 20, 33, 11),  # one axis only
    (33, 20, 12, 20),
    (1, 1, 4, 3),
    (3, 1, 1, 5),
    (500, 3, 2, 2),  # many taps
]


def noise(width, height):
    """Black, white and everything between, changing from pixel to pixel."""
    state, out = width * 1000 + height, bytearray()
    for _ in range(width * height * 3):
        state = (state * 1664525 + 1013904223) % 2**32
        out.append(state >> 24)
    return bytes(out)


def main():
    cases = []
    for width, height, new_width, new_height in CASES:
        image = Image.frombytes("RGB", (width, height), noise(width, height))
        resized = image.resize((new_width, new_height), Image.Resampling.BILINEAR)
        cases.append(
            {
                "from": [width, height],
                "to": [new_width, new_height],
                "pixels": base64.b64encode(resized.tobytes()).decode(),
            }
        )
    out = pathlib.Path(__file__).parents[2] / "data" / "testdata" / "resize.json"
    out.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")


if __name__ == "__main__":
    main()
