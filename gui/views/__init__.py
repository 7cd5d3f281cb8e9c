"""Drawing widgets that panels use; they know no sibling and no engine."""
