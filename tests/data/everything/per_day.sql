-- Records of each day.
CREATE OR REPLACE VIEW per_day AS
SELECT day, count(*) AS records
FROM raw
GROUP BY day;
