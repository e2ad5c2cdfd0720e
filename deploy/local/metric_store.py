"""The metrics and log records the trace box holds: the latest of each series, the last lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, MetricsData

from deploy.local.otlp import read_attributes, read_value, service_name

SERIES_MOST, LOGS_MOST = 20_000, 10_000


class MetricStore:
    """The latest value of each series: service, metric, attributes."""

    def __init__(self, series_most: int = SERIES_MOST) -> None:
        self._series_most = series_most
        self._series: dict[tuple[str, str, str], dict[str, Any]] = {}

    def take(self, data: MetricsData) -> None:
        for resource_metrics in data.resource_metrics:
            service = service_name(resource_metrics.resource)
            for scope_metrics in resource_metrics.scope_metrics:
                for metric in scope_metrics.metrics:
                    self._take_metric(service, metric)

    def _take_metric(self, service: str, metric: Metric) -> None:
        kind = metric.WhichOneof("data")
        if kind is None:
            return
        for point in getattr(metric, kind).data_points:
            attributes = read_attributes(point.attributes)
            key = (metric.name, service, repr(sorted(attributes.items())))
            if key not in self._series and len(self._series) >= self._series_most:
                continue
            self._series[key] = {
                "name": metric.name,
                "unit": metric.unit,
                "kind": kind,
                "service": service,
                "attributes": attributes,
                "at_ns": point.time_unix_nano,
                **_read_point(kind, point),
            }

    def all(self) -> list[dict[str, Any]]:
        return [self._series[key] for key in sorted(self._series)]


class LogStore:
    def __init__(self, records_most: int = LOGS_MOST) -> None:
        self._records: deque[dict[str, Any]] = deque(maxlen=records_most)

    def take(self, data: LogsData) -> None:
        for resource_logs in data.resource_logs:
            service = service_name(resource_logs.resource)
            for scope_logs in resource_logs.scope_logs:
                for record in scope_logs.log_records:
                    self._records.append(
                        {
                            "at_ns": record.time_unix_nano or record.observed_time_unix_nano,
                            "service": service,
                            "severity": record.severity_text,
                            "body": read_value(record.body),
                            "attributes": read_attributes(record.attributes),
                            "trace_id": record.trace_id.hex(),
                        }
                    )

    def find(self, trace_id: str = "") -> Iterator[dict[str, Any]]:
        for record in reversed(self._records):
            if not trace_id or record["trace_id"] == trace_id:
                yield record


def _read_point(kind: str, point: Any) -> dict[str, Any]:
    if kind in {"gauge", "sum"}:
        which = point.WhichOneof("value")
        return {"value": getattr(point, which) if which else None}
    mean = point.sum / point.count if point.count else None
    return {"count": point.count, "sum": point.sum, "mean": mean}
