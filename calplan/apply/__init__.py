"""Making a plan true, one step at a time, and holding what happened against the forecast."""
