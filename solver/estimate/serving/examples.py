"""Figures for doctests: an H100 in a node of eight, Llama 70B, and round parameters.

Belongs here: examples alone. Does not belong here: anything that an estimate reads.
"""

from solver.estimate.serving.figures import ServedModel, ServingMachine, ServingParameters

H100 = ServingMachine(
    tflops=(("fp8", 1979.0),),
    bf16_tflops=989.5,
    memory_gb=80,
    memory_bandwidth_gb_per_s=3350,
    link_gb_per_s=900,
    domain_cards=8,
    pcie_gb_per_s=128,
    box_cards=8,
)
LLAMA_70B = ServedModel(
    parameters=70e9,
    active_parameters=70e9,
    layers=80,
    hidden_size=8192,
    kv_bytes_per_token=327680,
    kv_heads=8,
)
PARAMETERS = ServingParameters(
    serving_compute_share=0.7,
    serving_bandwidth_share=0.8,
    serving_token_bytes=60,
    serving_step_ms=2,
    serving_request_us=5,
    serving_collective_us=8,
    serving_memory_share=0.9,
    serving_most_requests=2048,
    serving_answer_variation=1.0,
    serving_link_share=0.6,
)
