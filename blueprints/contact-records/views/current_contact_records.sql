-- The current version of every contact: the one that was updated last.
-- Copies that reach the bucket all the same, and records that were replayed, make no difference here. Of versions that say
-- the same LastUpdateTimestamp the one that is further on comes first; the order behind that only makes it always the same.
CREATE OR REPLACE VIEW current_contact_records AS
SELECT
  awsaccountid,
  awscontacttracerecordformatversion,
  instancearn,
  contactid,
  initialcontactid,
  previouscontactid,
  nextcontactid,
  relatedcontactid,
  channel,
  initiationmethod,
  initiationtimestamp,
  connectedtosystemtimestamp,
  disconnecttimestamp,
  lastupdatetimestamp,
  scheduledtimestamp,
  transfercompletedtimestamp,
  transferredtoendpoint,
  disconnectreason,
  agentconnectionattempts,
  agent,
  queue,
  customerendpoint,
  systemendpoint,
  attributes,
  recording,
  recordings,
  mediastreams,
  answeringmachinedetectionstatus,
  campaign,
  tags,
  customerid,
  year,
  month,
  day
FROM (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY instancearn, contactid
      ORDER BY
        from_iso8601_timestamp(lastupdatetimestamp) DESC,
        from_iso8601_timestamp(disconnecttimestamp) DESC NULLS LAST,
        from_iso8601_timestamp(agent.aftercontactworkendtimestamp) DESC NULLS LAST,
        from_iso8601_timestamp(transfercompletedtimestamp) DESC NULLS LAST,
        nextcontactid DESC NULLS LAST,
        recording.location DESC NULLS LAST,
        agent.username DESC NULLS LAST,
        queue.name DESC NULLS LAST,
        disconnectreason DESC NULLS LAST,
        json_format(CAST(attributes AS json)) DESC NULLS LAST,
        json_format(CAST(tags AS json)) DESC NULLS LAST
    ) AS recency
  FROM contact_records
)
WHERE recency = 1
