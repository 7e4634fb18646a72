"""The process that holds the credentials of the buckets. It serves one film to the one that decodes it."""
