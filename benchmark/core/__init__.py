"""Tools that every room may use: errors for people, atomic files, hashes, owners of folders, child processes."""
