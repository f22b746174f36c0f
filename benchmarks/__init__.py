"""Compares this pipeline with other thumbnail software: CPU, memory and quality; cold starts; memory and costs on
Lambda. `python -m benchmarks --help` lists what there is."""
