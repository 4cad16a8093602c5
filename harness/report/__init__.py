from harness.report.report import Report

__all__ = ["Report"]
