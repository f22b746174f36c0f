"""The layers with native code, each with its processor architecture."""

MACHINES = {"ImagingLayerArm64": 183, "ImagingLayerX86": 62}  # e_machine: AArch64, x86-64 (ELF specification)
