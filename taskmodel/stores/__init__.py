"""Datasets on disk that are written piece by piece: Zarr 3, chunked along one dimension.

- `layout`: arrays of a store, one chunk of draws at a time, and the checksum of a chunk;
- `manifest`: what the store was made from and which chunks are finished;
- `lock`: one writer at a time;
- `crews`: who computes the chunks;
- `reading`: a store as a dataset whose values are read when they are used.

A chunk is finished when its checksum stands in the manifest. Everything else counts as absent,
whatever files there are. The libraries come with ``pip install 'taskmodel[cluster]'``.
"""
