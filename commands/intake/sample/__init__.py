"""A city that does not exist: files as payroll offices send them, with the defects that real files have."""
