"""How new what is known of a panel is."""

NEWEST_LOOK = """
SELECT MAX(CASE WHEN h.last_try < m.until OR m.until IS NULL THEN h.last_try ELSE m.until END)
FROM panel l JOIN panel_member m ON m.panel_id = l.panel_id JOIN head h ON h.site_id = m.site_id
WHERE l.name = :panel
"""
"""The newest look at a site of a panel, answered or not (UTC seconds): looks at other panels say nothing of it."""
