-- How long agents are busy with contacts, by day in the time zone of the center and queue, in seconds: talking, holding and work after the contact.
CREATE OR REPLACE VIEW handle_time AS
SELECT
  call_date,
  queue_name,
  count(*) AS handled,
  sum(talk) AS talk_seconds,
  sum(hold) AS hold_seconds,
  sum(after_contact_work) AS after_contact_work_seconds,
  sum(talk + hold + after_contact_work) AS handle_seconds,
  CAST(sum(talk + hold + after_contact_work) AS double) / count(*) AS average_handle_seconds
FROM (
  SELECT
    CAST(at_timezone(from_iso8601_timestamp(initiationtimestamp), time_zone) AS date) AS call_date,
    queue.name AS queue_name,
    coalesce(agent.agentinteractionduration, 0) AS talk,
    coalesce(agent.customerholdduration, 0) AS hold,
    coalesce(agent.aftercontactworkduration, 0) AS after_contact_work
  FROM current_contact_records
  CROSS JOIN center_time_zone
  WHERE agent.connectedtoagenttimestamp IS NOT NULL
)
GROUP BY 1, 2
