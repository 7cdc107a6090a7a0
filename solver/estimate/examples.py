"""Figures for doctests: an A100 in a DGX, GPT-3, and round parameters.

Belongs here: examples alone. Does not belong here: anything that an estimate reads.
"""

from solver.estimate.figures import Job, Machine, TrainingParameters

A100 = Machine(
    bf16_tflops=312,
    fp8_tflops=None,
    memory_gb=80,
    memory_bandwidth_gb_per_s=2039,
    power_w=400,
    link_gb_per_s=600,
    domain_cards=8,
    fabric_gb_per_s=25,
)
GPT3 = Job(parameters=175e9, layers=96, hidden_size=12288, batch_tokens=3.2e6, sequence_tokens=2048)
PARAMETERS = TrainingParameters(
    matmul_share=0.75,
    matmul_share_most=0.85,
    reference_tflops_per_w=0.78,
    clock_slope=0.4,
    fp8_share=0.8,
    memory_bandwidth_share=0.8,
    layer_traffic_bytes=40,
    score_traffic_bytes=6,
    link_share=0.7,
    fabric_share=0.8,
    exchange_bytes=6,
    exchange_exposed=0.5,
    scale_loss=0.003,
    usable_memory=0.92,
    optimizer_bytes=12,
    activation_bytes=24,
    recomputed_activation_bytes=2,
)
