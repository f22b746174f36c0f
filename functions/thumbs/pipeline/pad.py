"""Pad: the whole picture in the middle of a box, on its background."""

from PIL import Image

from thumbs.pipeline.geometry import Target


def padded(image: Image.Image, target: Target) -> Image.Image:
    """image: RGB or RGBA, of the target's scaled size. Returns it unchanged if nothing would be added.

    On a colour, the result is RGB: the colour also shows through the picture. Without one, the margin is transparent
    (RGBA). If a pixel is left over, it is at the right or at the bottom.
    """
    background = target.size.background
    if target.output == image.size and (image.mode == "RGB" or background is None):
        return image
    box = (target.output[0] - image.width) // 2, (target.output[1] - image.height) // 2
    if background is None:
        result = Image.new("RGBA", target.output)
        result.paste(image.convert("RGBA"), box)
        return result
    # Given its name, Pillow would import a module to read it, which a sandbox does not allow.
    result = Image.new("RGB", target.output, tuple(bytes.fromhex(background[1:])))
    result.paste(image, box, image if image.mode == "RGBA" else None)
    return result
