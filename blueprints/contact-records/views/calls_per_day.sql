-- Calls, chats and tasks of each day (UTC). A contact is one leg: a call that is transferred once has two contacts.
CREATE OR REPLACE VIEW calls_per_day AS
SELECT
  CAST(from_iso8601_timestamp(initiationtimestamp) AS date) AS call_date,
  channel,
  count(*) AS contacts,
  count(DISTINCT coalesce(initialcontactid, contactid)) AS calls,
  count(*) FILTER (WHERE initiationmethod = 'INBOUND') AS inbound,
  count(*) FILTER (WHERE initiationmethod IN ('TRANSFER', 'QUEUE_TRANSFER')) AS transferred,
  count(*) FILTER (WHERE agent.connectedtoagenttimestamp IS NOT NULL) AS handled
FROM current_contact_records
GROUP BY 1, 2
