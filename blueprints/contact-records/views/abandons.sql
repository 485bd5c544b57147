-- Contacts that were queued, and those of them that ended without reaching an agent, by day in the time zone of the center and queue.
-- What went on as another contact (to another queue, a callback, out of the center) was not abandoned.
CREATE OR REPLACE VIEW abandons AS
SELECT
  call_date,
  queue_name,
  count(*) AS queued,
  count(*) FILTER (WHERE abandoned) AS abandoned,
  CAST(count(*) FILTER (WHERE abandoned) AS double) / count(*) AS abandon_rate,
  sum(CASE WHEN abandoned THEN queue_seconds ELSE 0 END) AS abandoned_queue_seconds
FROM (
  SELECT
    CAST(at_timezone(from_iso8601_timestamp(initiationtimestamp), time_zone) AS date) AS call_date,
    queue.name AS queue_name,
    coalesce(queue.duration, 0) AS queue_seconds,
    (
      agent.connectedtoagenttimestamp IS NULL
      AND nextcontactid IS NULL
      AND transfercompletedtimestamp IS NULL
      AND disconnecttimestamp IS NOT NULL
    ) AS abandoned
  FROM current_contact_records
  CROSS JOIN center_time_zone
  WHERE queue.enqueuetimestamp IS NOT NULL
)
GROUP BY 1, 2
