-- Calls, chats and tasks of each day, in the time zone of the center. A contact is one leg: a call that is transferred
-- once has two contacts.
-- Contacts are counted on the day they began. A call is counted on every day it was going on: one over midnight is a call
-- of both days. `calls_begun` counts it on the first, so that its sum over days is the number of calls.
CREATE OR REPLACE VIEW calls_per_day AS
WITH legs AS (
  SELECT
    CAST(at_timezone(from_iso8601_timestamp(initiationtimestamp), time_zone) AS date) AS first_day,
    CAST(at_timezone(from_iso8601_timestamp(coalesce(disconnecttimestamp, initiationtimestamp)), time_zone) AS date) AS last_day,
    channel,
    concat(coalesce(instancearn, ''), '/', coalesce(initialcontactid, contactid)) AS call,
    initiationmethod,
    agent.connectedtoagenttimestamp IS NOT NULL AS is_handled
  FROM current_contact_records
  CROSS JOIN center_time_zone
),
begun AS (
  SELECT
    first_day AS call_date,
    channel,
    count(*) AS contacts,
    count(*) FILTER (WHERE initiationmethod = 'INBOUND') AS inbound,
    count(*) FILTER (WHERE initiationmethod IN ('TRANSFER', 'QUEUE_TRANSFER')) AS transferred,
    count(*) FILTER (WHERE is_handled) AS handled
  FROM legs
  GROUP BY 1, 2
),
first_days AS (
  SELECT call, channel, min(first_day) AS call_date
  FROM legs
  GROUP BY 1, 2
),
calls_begun AS (
  SELECT call_date, channel, count(*) AS calls_begun
  FROM first_days
  GROUP BY 1, 2
),
going_on AS (
  SELECT days.call_date, channel, count(DISTINCT call) AS calls
  FROM legs
  CROSS JOIN UNNEST(sequence(first_day, greatest(first_day, last_day))) AS days (call_date)
  GROUP BY 1, 2
)
SELECT
  going_on.call_date,
  going_on.channel,
  coalesce(begun.contacts, 0) AS contacts,
  going_on.calls,
  coalesce(calls_begun.calls_begun, 0) AS calls_begun,
  coalesce(begun.inbound, 0) AS inbound,
  coalesce(begun.transferred, 0) AS transferred,
  coalesce(begun.handled, 0) AS handled
FROM going_on
LEFT JOIN begun
  ON begun.call_date = going_on.call_date AND begun.channel IS NOT DISTINCT FROM going_on.channel
LEFT JOIN calls_begun
  ON calls_begun.call_date = going_on.call_date AND calls_begun.channel IS NOT DISTINCT FROM going_on.channel
