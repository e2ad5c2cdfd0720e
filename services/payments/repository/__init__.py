"""Every SELECT and every lock of payments. Row-level security adds the creditor to each."""
