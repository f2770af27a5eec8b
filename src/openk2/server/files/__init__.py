"""Files people upload: kept per caller, their text extracted in a confined process, named in requests by id."""
