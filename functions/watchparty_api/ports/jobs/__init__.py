"""Who runs the transcoder: a Cloud Run job, or a child process of the standalone server."""
