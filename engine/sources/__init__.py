"""Sources of pictures: camera, stream, video, stills and the demo."""
