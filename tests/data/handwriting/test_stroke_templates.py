"""The stroke templates: that there are enough, and that each is what its line says."""

import numpy as np
import pytest

from mnist_lab.data.handwriting.stroke_templates import SAMPLES, Template, curve_weights, stroke_templates


def test_each_digit_has_at_least_eight_templates_within_its_box() -> None:
    templates = stroke_templates()
    counts = np.bincount([template.digit for template in templates])
    assert len(counts) == 10
    assert counts.min() >= 8
    for template in templates:
        assert template.points.min() >= 0
        assert template.points.max() <= 1


@pytest.mark.parametrize("template", stroke_templates(), ids=lambda template: f"{template.digit}")
def test_the_samples_run_along_the_strokes_at_even_distances(template: Template) -> None:
    path = template.weights @ template.points
    assert path.shape == (SAMPLES, 2)
    np.testing.assert_allclose(template.weights.sum(axis=1), 1, atol=1e-5)
    assert template.joined.sum() == SAMPLES - 1 - template.stroke[-1]
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)[template.joined == 1]
    # In a digit of 20 pixels, less than a pixel.
    assert steps.max() < 0.05
    np.testing.assert_allclose(path[0], template.points[0], atol=1e-5)
    np.testing.assert_allclose(path[-1], template.points[-1], atol=1e-5)
    assert template.is_end.sum() == 2 * (template.stroke[-1] + 1)


@pytest.mark.parametrize("smooth", [True, False])
def test_a_curve_goes_through_its_points(smooth: bool) -> None:
    weights = curve_weights(np.arange(5, dtype=np.float32), 5, smooth=smooth)
    np.testing.assert_allclose(weights, np.eye(5), atol=1e-6)


def test_between_its_points_a_straight_stroke_is_straight_and_a_curve_is_not() -> None:
    corner = np.array([(0, 0), (1, 0), (1, 1)], np.float32)
    middle = np.array([0.5], np.float32)
    assert (curve_weights(middle, 3, smooth=False) @ corner)[0].tolist() == [0.5, 0]
    assert (curve_weights(middle, 3, smooth=True) @ corner)[0, 1] < -0.01
