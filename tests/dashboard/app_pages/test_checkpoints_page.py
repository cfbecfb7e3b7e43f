"""The Checkpoints page without a browser: files brought in, good and bad."""

from __future__ import annotations

import gc
import importlib.util
import io
import pickle
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import safetensors.torch
import torch
from streamlit.testing.v1 import AppTest
from torch import nn

from dashboard.panels import checkpoint_list, sharing
from mlcore.checkpoint import load
from mlcore.cli.main import main
from mlcore.config import DataConfig, OptimConfig, RunConfig, TrainConfig
from mlcore.data import load_raw
from mlcore.export import FORMATS
from mlcore.jobs.folder import JobFolder, jobs_root
from mlcore.run import execute
from mlcore.runs import RunFolder, RunStore

CONFIG = RunConfig(
    data=DataConfig(name="digits", batch_size=32, validation=200),
    optim=OptimConfig(name="adam"),
    train=TrainConfig(epochs=2, device="cpu", threads=1),
)


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder in which uploads lie."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def trained(page_folder: Path) -> RunFolder:
    folder = RunStore(page_folder / "runs").create(CONFIG)
    execute(folder)
    return folder


def open_page(app: AppTest) -> AppTest:
    app.run()
    return app.switch_page("app_pages/checkpoints.py").run()


def drop(page: AppTest, content: bytes, name: str = "model.pt") -> AppTest:
    page.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    assert not page.exception
    return page


def tutorial(
    made: Callable[..., Any] = torch.optim.SGD,
    options: Mapping[str, float] = MappingProxyType({"lr": 0.1, "momentum": 0.9}),
    **more: Any,
) -> bytes:
    """A file as PyTorch's tutorial on saving writes it, with another model than ours."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(784, 12), nn.Tanh(), nn.Linear(12, 10))
    optimizer = made(model.parameters(), **options)
    model(torch.randn(3, 784)).sum().backward()
    optimizer.step()
    stream = io.BytesIO()
    torch.save(
        {
            "epoch": 3,
            "model_state_dict": model.state_dict(),
            "optimizer_state_dict": optimizer.state_dict(),
            "loss": 0.25,
            **more,
        },
        stream,
    )
    return stream.getvalue()


def texts(page: AppTest) -> str:
    return "\n".join(
        element.value for kind in ("markdown", "caption", "text") for element in page.get(kind)
    )  # type: ignore[attr-defined]


def kept(folder: Path) -> list[bytes]:
    gc.collect()
    return [path.read_bytes() for path in folder.rglob("*.upload")]


def test_without_runs_a_file_can_still_be_brought_in(app: AppTest) -> None:
    page = open_page(app)
    assert "Nothing is trained yet" in texts(page)
    drop(page, tutorial())
    assert page.button(key="test-upload")


def test_each_checkpoint_of_a_run_can_be_downloaded_and_tested(
    app: AppTest, trained: RunFolder
) -> None:
    page = open_page(app)
    assert "**Epoch 2 · step 78**" in texts(page)
    for path in trained.checkpoints():
        assert page.download_button(key=f"full-{path.stem}").label == "Full"
        for name in ("weights", "safetensors", "onnx", "pt2"):
            button = page.download_button(key=f"{name}-{path.stem}")
            assert (button.label, button.disabled) == (FORMATS[name].title, False)
        assert page.button(key=f"test-{path.stem}")


def test_a_file_is_prepared_on_request_and_deleted_after_the_download(
    app: AppTest, trained: RunFolder, page_folder: Path
) -> None:
    def exports() -> list[JobFolder]:
        jobs = map(JobFolder, jobs_root(page_folder / "runs").glob("*-*"))
        return [job for job in jobs if job.request()[0] == "export"]

    before = len(exports())
    open_page(app)
    assert len(exports()) == before
    best = trained.best_checkpoint()
    assert best
    content = checkpoint_list.exported(best, "safetensors")
    assert set(safetensors.torch.load(content)) == set(load(best).model)
    (job,) = exports()[before:]
    assert not list(job.path.glob("*.safetensors"))


def test_a_form_that_needs_a_missing_package_says_so_and_the_others_work(
    app: AppTest, trained: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "mlcore.export.formats.importlib.util.find_spec",
        lambda name, *more: None if name == "onnxruntime" else find(name, *more),
    )
    page = open_page(app)
    last = trained.checkpoints()[-1].stem
    assert page.download_button(key=f"onnx-{last}").disabled
    assert not page.download_button(key=f"pt2-{last}").disabled
    assert 'ONNX needs onnxruntime: run `pip install -e ".[export]"` in' in texts(page)


def test_an_upload_is_inspected_before_it_is_used(app: AppTest, uploads: Path) -> None:
    page = drop(open_page(app), tutorial(), "my *model*.tar")
    assert [element.value for element in page.text] == ["my *model*.tar"]
    shown = texts(page)
    for words in ("784 → 12 → 10", "9,550", "0\\.2500", "SGD", "not stated"):
        assert words in shown
    assert page.selectbox(key=next_key(page, "assume-activation")).value == "relu"
    assert page.text_input(key=next_key(page, "assume-mean")).value == "0.5"
    assert not page.button(key="resume-upload").disabled
    assert kept(uploads) == [tutorial()]


def next_key(page: AppTest, start: str) -> str:
    keys = [w.key for kind in ("selectbox", "text_input") for w in page.get(kind)]  # type: ignore[attr-defined]
    return next(key.strip() for key in keys if key and key.startswith(start))


def test_a_normalisation_that_is_no_number_is_refused_in_a_sentence_and_tests_nothing(
    app: AppTest,
) -> None:
    page = drop(open_page(app), tutorial())
    page.text_input(key=next_key(page, "assume-std")).input("0").run()
    wrong = "Standard deviation must be a number above 0 and at most 10, but got 0."
    assert wrong in texts(page).replace("\\", "")
    assert page.text_input(key=next_key(page, "assume-std")).value == "0"
    assert page.button(key="test-upload").disabled
    assert page.button(key="resume-upload").disabled
    page.switch_page("app_pages/test.py").run()
    assert not page.metric
    page.switch_page("app_pages/checkpoints.py").run()
    assert wrong in texts(page).replace("\\", "")
    page.text_input(key=next_key(page, "assume-std")).input("0,25").run()
    assert wrong not in texts(page).replace("\\", "")
    page.button(key="test-upload").click().run()
    assert "standard deviation 0.25" in texts(page)


def whole(act: nn.Module) -> bytes:
    stream = io.BytesIO()
    torch.save(nn.Sequential(nn.Linear(784, 12), act, nn.Linear(12, 10)), stream)
    return stream.getvalue()


def test_an_activation_that_is_not_here_has_to_be_chosen(app: AppTest) -> None:
    page = drop(open_page(app), whole(nn.ELU()))
    assert "has the activation ELU" in texts(page)
    assert "784 → 12 → 10, ELU" in texts(page)
    assert "validation image" not in texts(page)
    for key in ("test-upload", "resume-upload"):
        assert page.button(key=key).disabled
    page.switch_page("app_pages/test.py").run()
    assert not page.metric
    page.switch_page("app_pages/checkpoints.py").run()
    page.selectbox(key=next_key(page, "assume-activation")).select("relu").run()
    assert "has the activation ELU" not in texts(page)
    page.button(key="test-upload").click().run()
    assert page.metric
    assert "not the model's own" in "".join(warning.value for warning in page.warning)


def test_an_activation_that_the_file_says_is_not_asked_for(app: AppTest) -> None:
    page = drop(open_page(app), whole(nn.Tanh()))
    assert "784 → 12 → 10, tanh" in texts(page)
    assert not [key for w in page.selectbox if (key := w.key or "").startswith("assume-")]
    assert not page.button(key="test-upload").disabled


def test_a_normalisation_that_the_file_names_is_not_asked_for(app: AppTest) -> None:
    page = drop(open_page(app), tutorial(mean=0.25, std=(0.5,)))
    shown = texts(page).replace("\\", "")
    assert "Normalisation: mean 0.25, std 0.5, as the file names them." in shown
    assert not [key for w in page.text_input if (key := w.key or "").startswith("assume-")]
    page.button(key="test-upload").click().run()
    assert page.metric
    assert "Class names" not in "".join(warning.value for warning in page.warning)


def test_what_the_file_does_not_say_changes_the_test(app: AppTest, trained: RunFolder) -> None:
    page = drop(open_page(app), tutorial())
    page.button(key="test-upload").click().run()
    relu = {metric.label: metric.value for metric in page.metric}
    page.switch_page("app_pages/checkpoints.py").run()
    page.selectbox(key=next_key(page, "assume-activation")).select("tanh").run()
    page.button(key="test-upload").click().run()
    assert not page.error
    tanh = {metric.label: metric.value for metric in page.metric}
    assert tanh["Test loss"] != relu["Test loss"]
    assert "activation tanh" in texts(page)


def test_a_second_upload_replaces_the_first(app: AppTest, uploads: Path) -> None:
    page = drop(open_page(app), tutorial(epoch=1))
    drop(page, tutorial(epoch=2))
    assert kept(uploads) == [tutorial(epoch=2)]
    page.button(key="remove-upload").click().run()
    assert kept(uploads) == []
    assert not page.text


class Evil:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.target,))


@pytest.mark.parametrize("kind", ["pickle", "zip", "text", "empty"])
def test_a_bad_file_is_one_sentence_and_the_upload_before_stays(
    kind: str, app: AppTest, uploads: Path, tmp_path: Path
) -> None:
    target = tmp_path / "executed"
    stream = io.BytesIO()
    torch.save({"model_state_dict": Evil(target)}, stream)
    content = {
        "pickle": pickle.dumps(Evil(target)),
        "zip": stream.getvalue(),
        "text": b"hello, world",
        "empty": b"",
    }[kind]
    page = drop(open_page(app), tutorial(), "good.pt")
    drop(page, content, "![bad](http://x.y/z.png).pt")
    (sentence,) = [element.value for element in page.error]
    assert sentence.startswith("\\!\\[bad\\]\\(http:")
    assert sentence.rstrip().endswith(".")
    assert [element.value for element in page.text] == ["good.pt"]
    assert kept(uploads) == [tutorial()]
    assert not target.exists()
    page.run()
    assert [element.value for element in page.error] == [sentence]  # drawn again, it stays
    page.switch_page("app_pages/train.py").run()
    page.switch_page("app_pages/checkpoints.py").run()
    assert not page.error
    drop(page, content)
    assert page.error
    drop(page, tutorial(), "better.pt")
    assert not page.error
    assert [element.value for element in page.text] == ["better.pt"]


def test_weights_alone_can_be_tested_and_trained_anew_by_the_sidebars_optimizer(
    app: AppTest, trained: RunFolder, page_folder: Path
) -> None:
    stream = io.BytesIO()
    torch.save(nn.Sequential(nn.Linear(784, 10)).state_dict(), stream)
    app.query_params["train.epochs"] = "1"
    page = drop(open_page(app), stream.getvalue())
    assert "It holds no optimizer state: a new training can start from its weights" in texts(page)
    button = page.button(key="resume-upload")
    assert button.label == "Train its weights for 1 epoch"
    button.click().run()
    newest = RunStore(page_folder / "runs").list()[0]
    assert newest.id != trained.id
    assert newest.config.train.epochs == 1


def test_the_usual_normalisations_are_tried_and_the_best_is_taken(
    app: AppTest, trained: RunFolder
) -> None:
    raw = load_raw("digits", Path())
    images = torch.from_numpy(raw.train.images.copy()).reshape(-1, 784).float() / 255
    layer = nn.Linear(784, 10)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        labels = torch.from_numpy(raw.train.labels.copy())
        nn.functional.cross_entropy(layer((images - 0.1307) / 0.3081), labels).backward()
        optimizer.step()
    stream = io.BytesIO()
    torch.save(nn.Sequential(layer).state_dict(), stream)
    page = drop(open_page(app), stream.getvalue())
    assert page.text_input(key=next_key(page, "assume-mean")).value == "0.1307"
    assert page.text_input(key=next_key(page, "assume-std")).value == "0.3081"
    words = "validation images of Digits \\(bundled\\), by mean / standard deviation: 0 / 1:"
    assert words in texts(page)
    page.button(key="test-upload").click().run()
    assert words in texts(page)
    assert "mean 0.1307, standard deviation 0.3081" in texts(page)


def test_a_run_continues_from_an_upload_with_the_sidebars_epochs(
    app: AppTest, trained: RunFolder, page_folder: Path
) -> None:
    app.query_params["train.epochs"] = "2"
    page = drop(open_page(app), tutorial())
    page.button(key="resume-upload").click().run()
    assert not page.exception
    store = RunStore(page_folder / "runs")
    newest = store.list()[0]
    assert newest.id != trained.id
    assert newest.config.train.epochs == 3 + 2
    assert newest.config.model.hidden == (12,)
    assert newest.config.data.name == "digits"
    assert (newest.path / "checkpoints" / "start.pt").read_bytes() == tutorial()


@pytest.mark.parametrize(
    ("made", "options", "said"),
    [
        (
            torch.optim.SGD,
            {"lr": 0.01, "momentum": 0.9, "weight_decay": 1e-4},
            ("Learning rate 0.01, Momentum 0.9, Weight decay 0.0001", "optim.momentum 0.9,"),
        ),
        (
            torch.optim.Adam,
            {"lr": 1e-3},
            ("Learning rate 0.001, Weight decay 0", "optim.lr 0.001, optim.weight_decay 0 and"),
        ),
    ],
)
def test_page_and_shell_resume_the_tutorials_file_alike_and_say_with_what(
    app: AppTest,
    page_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    made: Callable[..., Any],
    options: dict[str, float],
    said: tuple[str, str],
) -> None:
    content, store = tutorial(made, options), RunStore(page_folder / "runs")
    app.query_params["train.epochs"] = "2"
    app.query_params["optim.lr"] = "0.3"
    app.query_params["optim.momentum"] = "0.5"
    page = drop(open_page(app), content)
    assert said[0] in texts(page).replace("\\", "")
    page.button(key="resume-upload").click().run()
    assert not page.exception
    from_page = store.list()[0].config
    for name, value in ({"momentum": 0, "weight_decay": 0} | options).items():
        assert getattr(from_page.optim, name) == value

    monkeypatch.setattr("mlcore.cli.follow.follow", lambda *_, **__: 0)
    file = tmp_path / "tutorial.pt"
    file.write_bytes(content)
    words = f"resume {file} --data.name digits --data.validation 200 --train.epochs 5"
    words += f" --runs {tmp_path / 'runs'}"
    assert main(words.split()) == 0
    (in_shell,) = RunStore(tmp_path / "runs").list()
    assert in_shell.config == from_page
    assert said[1] in capsys.readouterr().err


def test_a_run_is_packed_and_brought_in_again(app: AppTest, trained: RunFolder) -> None:
    page = open_page(app)
    store = RunStore(trained.path.parent)
    before = {info.id for info in store.list()}
    content = sharing.packed(trained.path, ("last", "best"))
    page.file_uploader[-1].set_value(("mine.zip", content, "application/zip")).run()
    assert not page.exception
    (copy,) = {info.id for info in store.list()} - before
    try:
        assert any("is here now" in text.value for text in page.markdown)
        assert any("it has another one" in text.value for text in page.markdown)
        assert page.query_params["run"] in (copy, [copy])
        names = [path.name for path in RunFolder(trained.path.parent / copy).checkpoints()]
        assert names[-1] == trained.last_checkpoint().name
    finally:
        shutil.rmtree(trained.path.parent / copy)


def test_a_file_that_is_no_packed_run_is_refused_in_place(app: AppTest, trained: RunFolder) -> None:
    page = open_page(app)
    before = len(RunStore(trained.path.parent).list())
    page.file_uploader[-1].set_value(("other.zip", b"PK nothing", "application/zip")).run()
    assert not page.exception
    (error,) = page.error
    assert "The file is no packed run" in error.value
    assert len(RunStore(trained.path.parent).list()) == before
