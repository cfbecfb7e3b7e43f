"""Principal components are scikit-learn's but for the sign, which has a rule."""

import sys

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from mlcore.errors import JobError
from mlcore.insight.projection import along, principal_components, tsne


@pytest.mark.parametrize("shape", [(300, 12), (40, 90), (50, 2)])
def test_the_components_are_those_of_sklearn(shape):
    points = torch.randn(shape, generator=torch.Generator().manual_seed(1)).cumsum(1)
    labels = torch.arange(len(points)) % 10
    found = principal_components(points, labels)
    method = PCA(2, svd_solver="full").fit(points.double().numpy())
    theirs = method.transform(points.double().numpy())
    np.testing.assert_allclose(found.xy.abs(), np.abs(theirs), atol=1e-9)
    np.testing.assert_allclose(found.explained, method.explained_variance_ratio_, atol=1e-12)
    lean = (labels.double() - labels.double().mean()) @ found.xy
    assert (lean >= 0).all()


def test_a_layer_of_one_unit_lies_on_a_line():
    found = principal_components(torch.arange(20.0)[:, None], torch.arange(20))
    assert found.explained == (1.0, 0.0)
    assert (found.xy[:, 1] == 0).all()


def test_points_that_are_all_alike_have_no_spread():
    assert principal_components(torch.ones(9, 3), torch.arange(9)).explained == (0.0, 0.0)


def test_neighbouring_epochs_are_not_mirrored():
    xy = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    noisy = xy * np.array([-1, 1], np.float32) + np.float32(0.01)
    turned = along(noisy, xy)
    assert ((turned * xy).sum(0) > 0).all()
    assert turned.dtype == np.float32


def test_tsne_reports_its_iterations_and_keeps_neighbours_together(capsys):
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(size=(40, 8)), rng.normal(size=(40, 8)) + 20])
    told = []
    found = tsne(points.astype(np.float32), lambda done, total: told.append((done, total)))
    assert found.shape == (80, 2)
    assert told[0] == (0, 1000)
    assert told[-1] == (1000, 1000)
    assert len(told) > 5
    assert capsys.readouterr().out == ""
    centres = found[:40].mean(0), found[40:].mean(0)
    apart = np.linalg.norm(centres[0] - centres[1])
    assert apart > 3 * np.linalg.norm(found[:40] - centres[0], axis=1).mean()


def test_without_sklearn_tsne_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.manifold", None)
    with pytest.raises(JobError, match="t-SNE needs scikit-learn"):
        tsne(np.zeros((5, 2), np.float32), lambda *_: None)
