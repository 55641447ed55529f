def read_tables(text):
    return []
