"""Makes data/testdata/decode/: tiny pictures of every kind that is read, and
decode.json, the RGB bytes that Pillow makes of them.

Made with Python 3.11.7 and Pillow 13.0.0.

    python3 tools/golden/decode.py

The picture is 8 x 6: eight columns of colour, darker from row to row, so that
no turn of it looks like another. Pillow's convert("RGB") is the reference,
after ImageOps.exif_transpose, except for 16 bits, which it clips (grey) or cuts
to the high byte (RGB): 16-bit files are made so that the exact answer is known.
"""

import base64
import io
import json
import pathlib
import struct
import zlib

from PIL import Image, ImageOps

W, H = 8, 6
COLOURS = [
    (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255),
    (200, 100, 50), (255, 255, 0), (0, 255, 255), (90, 90, 90),
]  # fmt: skip


def picture():
    image = Image.new("RGB", (W, H))
    for y in range(H):
        for x in range(W):
            image.putpixel((x, y), tuple(c * (10 - y) // 10 for c in COLOURS[x]))
    return image


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def png16(rows, colour_type):
    """A 16-bit PNG, which Pillow cannot write for RGB."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    raw = b"".join(b"\0" + b"".join(struct.pack(">H", v) for v in row) for row in rows)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 16, colour_type, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )


def main():
    out = pathlib.Path(__file__).parents[2] / "data" / "testdata" / "decode"
    out.mkdir(parents=True, exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    answers = {}

    def answer(name, rgb, within=0):
        width, height = rgb.size
        answers[name] = {
            "size": [width, height],
            "within": within,
            "pixels": base64.b64encode(rgb.tobytes()).decode(),
        }

    def save(name, image, within=0, **options):
        buffer = io.BytesIO()
        image.save(buffer, **options)
        (out / name).write_bytes(buffer.getvalue())
        opened = Image.open(io.BytesIO(buffer.getvalue()))
        answer(name, ImageOps.exif_transpose(opened).convert("RGB"), within)

    rgb = picture()
    alpha = rgb.copy()
    alpha.putalpha(Image.frombytes("L", (W, H), bytes(i * 255 // 47 for i in range(48))))

    save("rgb.png", rgb, format="PNG")
    save("grey.png", rgb.convert("L"), format="PNG")
    save("one_bit.png", rgb.convert("1"), format="PNG")
    save("alpha.png", alpha, format="PNG")
    save("grey_alpha.png", alpha.convert("LA"), format="PNG")
    save("palette.png", rgb.quantize(16), format="PNG")
    save("palette_transparent.png", rgb.quantize(16), format="PNG", transparency=3)
    save("colour_key.png", rgb, format="PNG", transparency=(255, 0, 0))
    save("rgb.bmp", rgb, format="BMP")
    save("grey.bmp", rgb.convert("L"), format="BMP")
    save("palette.bmp", rgb.quantize(16), format="BMP")
    save("alpha.bmp", alpha, format="BMP")
    save("rgb.tif", rgb, format="TIFF")
    save("rgb_lzw.tif", rgb, format="TIFF", compression="tiff_lzw")
    save("rgb_deflate.tif", rgb, format="TIFF", compression="tiff_adobe_deflate")
    save("grey.tif", rgb.convert("L"), format="TIFF")
    save("palette.tif", rgb.quantize(16), format="TIFF")
    save("alpha.tif", alpha, format="TIFF")
    # JPEG decoders may differ by rounding: libjpeg's and Go's by up to 2 levels
    # here, where chroma is not subsampled.
    save("rgb.jpg", rgb, 2, format="JPEG", quality=95, subsampling=0)
    save("grey.jpg", rgb.convert("L"), 2, format="JPEG", quality=95)
    save("progressive.jpg", rgb, 2, format="JPEG", quality=95, subsampling=0, progressive=True)
    save("cmyk.jpg", rgb.convert("CMYK"), 2, format="JPEG", quality=95, subsampling=0)
    for orientation in range(1, 9):
        save(f"turned{orientation}.jpg", rgb, 2, format="JPEG", quality=95, subsampling=0, exif=exif(orientation))
    save("turned6.png", rgb, format="PNG", exif=exif(6))
    save("turned8.tif", rgb, format="TIFF", tiffinfo={0x0112: 8})

    # 16 bits: v * 257 is exactly v in 8 bits, and anything up to 128 on either
    # side rounds to it.
    def rows16(image, bands):
        values = list(image.tobytes())
        wide = [min(max(v * 257 + (-128, 0, 100, 128)[i % 4], 0), 65535) for i, v in enumerate(values)]
        n = W * bands
        return [wide[i : i + n] for i in range(0, len(wide), n)]

    grey = rgb.convert("L")
    (out / "grey16.png").write_bytes(png16(rows16(grey, 1), 0))
    answer("grey16.png", grey.convert("RGB"))
    (out / "rgb16.png").write_bytes(png16(rows16(rgb, 3), 2))
    answer("rgb16.png", rgb)
    (out / "alpha16.png").write_bytes(png16(rows16(alpha, 4), 6))
    answer("alpha16.png", rgb)
    wide = b"".join(struct.pack("<H", v) for row in rows16(grey, 1) for v in row)
    Image.frombytes("I;16", (W, H), wide).save(out / "grey16.tif")
    answer("grey16.tif", grey.convert("RGB"))

    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(answers.items()))
    (out / "decode.json").write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
