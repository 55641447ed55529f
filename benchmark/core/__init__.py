"""What every room may use: errors for people, whole files, hashes, owners of folders, child processes."""
