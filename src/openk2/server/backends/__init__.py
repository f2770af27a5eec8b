"""What answers behind the server: replicas behind one name, foreign engines, models that are still loading."""
