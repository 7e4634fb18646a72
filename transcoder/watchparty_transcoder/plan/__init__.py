"""Every decision about a transcode. Pure: facts in, plan out."""
