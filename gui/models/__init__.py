"""Item models: plain records from the engine as rows and columns for Qt's views."""
