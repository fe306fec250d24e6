"""What a run's record says of the machine."""

from mnist_lab.training.hardware import machine_info, processor


def test_a_machine_has_a_processor_with_a_name_and_cores() -> None:
    info = machine_info()
    assert info["processor"] == processor() != ""
    assert info["cores"] >= 1
    assert info["memory_gib"] > 0
