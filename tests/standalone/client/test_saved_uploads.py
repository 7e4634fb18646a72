"""Unfinished uploads in a folder of the user."""

from pathlib import Path

import pytest

from watchparty.client.saved_uploads import SavedUpload, SavedUploads


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"video_id": "v", "protocol": "gcs-resumable", "session": ""}',
        '{"video_id": "v", "protocol": "gcs-resumable", "session": "http://[::1"}',
        '{"video_id": "v", "protocol": "gcs-resumable", "session": "ftp://x"}',
        '{"video_id": "v", "protocol": "gcs-resumable", "session": 1}',
        '{"video_id": "v", "protocol": "another", "session": ""}',
    ],
)
def test_a_damaged_file_counts_as_none(text: str, tmp_path: Path) -> None:
    """Otherwise each repetition of the command would fail at the same address."""
    saved = SavedUploads(tmp_path, server="https://watch.example")
    upload = SavedUpload("v", "gcs-resumable", "https://watch.example/upload/1")
    saved.save("file-1", upload)
    assert saved.find("file-1") == upload
    (path,) = tmp_path.iterdir()
    path.write_text(text)
    assert saved.find("file-1") is None
