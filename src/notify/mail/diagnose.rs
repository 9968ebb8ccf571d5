//! What keeps mail from arriving, step by step, with the fix for each fault.
