"""Side by side with the peers: CPU, memory and quality of this pipeline and of what else makes thumbnails; cold starts;
memory and costs on Lambda. `python -m benchmarks --help` tells what there is."""
